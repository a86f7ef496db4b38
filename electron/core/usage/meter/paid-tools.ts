/** What an answer of OpenAI's responses lists as output where a tool was used that is charged by the call (OpenAI, pricing). */
export const WEB_SEARCH = 'web_search_call';

/** Likewise, and not counted here: what the answer tells is then the least it can have been. */
export const PAID_TOOLS: ReadonlySet<unknown> = new Set([
  'file_search_call',
  'code_interpreter_call',
  'image_generation_call',
  'shell_call',
]);
