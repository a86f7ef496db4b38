const PIECE = 16_000;

/** A text in pieces that fit into the strings of a message; never cut between the halves of a character. */
export function documentPiecesOf(text: string): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < text.length; ) {
    const code = text.charCodeAt(at + PIECE - 1);
    const size = code >= 0xd800 && code <= 0xdbff ? PIECE - 1 : PIECE;
    pieces.push(text.slice(at, at + size));
    at += size;
  }
  return pieces.length === 0 ? [''] : pieces;
}
