/** A reference without its scheme, where everything beside it is one too. */
export const shortReference = (ref: string): string => ref.replace(/^kh:\/\//, '');
