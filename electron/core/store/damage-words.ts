/** What to do where a part of the vault cannot be read. */
export const PUT_BACK = 'Put the newest backup back: "keyharbor backup restore". The present files are kept.';

/** The same where only the header is hurt: the one before it may be there, and then nothing is lost. */
export const PUT_HEADER_BACK =
  'Copy the Keyharbor folder. If vault.json.bak is in it, name it vault.json; else run "keyharbor backup restore".';
