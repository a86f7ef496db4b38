/** What the row of calls is called that name none, as in the window; a filter takes "" for it. */
const NONE: Readonly<Record<string, string>> = {
  model: '(no model)',
  client: '(the owner)',
  credential: '(no key)',
  project: '(no project)',
  endpoint: '(no endpoint)',
};
export const noneOf = (by: string): string => NONE[by] ?? '(unknown)';
