/** A token that has the right form and checksum; whether it is genuine is for `Clients.verify` to say. */
export interface ClientToken {
  readonly kind: 'live' | 'test';
  readonly id: string;
  /** 43 base62 characters, at least 256 random bits. */
  readonly secret: string;
}
