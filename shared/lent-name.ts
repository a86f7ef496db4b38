const BEGINNING = 'run ';

/** What a client is called that `keyharbor run` lends a token to, for one run of a program: it is another one each time. */
export const lentName = (program: string): string => BEGINNING + program;

export const isLentName = (name: string): boolean => name.startsWith(BEGINNING);
