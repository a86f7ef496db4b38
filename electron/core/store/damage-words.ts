/** What to do where a part of the vault cannot be read. */
export const PUT_BACK =
  'Put the newest backup back, in the window or with "keyharbor backup restore". The present files are kept.';

/** The same where only the header is hurt: the one before it may be there, and then nothing is lost. */
export const PUT_HEADER_BACK = `${PUT_BACK} If vault.json.bak is in the Keyharbor folder: copy the folder, and name that file vault.json first.`;
