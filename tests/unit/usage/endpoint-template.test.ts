import { expect, test } from 'vitest';
import { endpointTemplate } from '../../../electron/core/usage/endpoint-template.ts';
import { RequestModel } from '../../../electron/core/usage/meter/request-model.ts';

test.each([
  ['chat/completions', 'chat/completions'],
  ['/v1/messages?beta=true', 'v1/messages'],
  ['v1beta/models/gemini-3.8-flash:streamGenerateContent?alt=sse', 'v1beta/models/{model}:streamGenerateContent'],
  ['responses/resp_68af4030592c81938ec0a5fbab4a3e9f', 'responses/{id}'],
  ['threads/thread_abc123/runs', 'threads/{id}/runs'],
  ['repos/someone/secret-project/issues/7', 'repos/{name}/{name}/issues/{id}'],
  ['openai/deployments/my-gpt/chat/completions', 'openai/deployments/{model}/chat/completions'],
  ['a/b/c/d/e/f/g/h/i/j/k', 'a/b/c/d/e/f/g/h/i/j/…'],
  ['users/someone@example.org', 'users/{name}'],
  ['find/someone@example.org', 'find/{id}'],
  ['', ''],
])('%s is counted as %s', (path, template) => expect(endpointTemplate(path)).toBe(template));

test('the model of a request is read from its body in any pieces, or from its path', () => {
  const body = Buffer.from('{"messages":[{"model":"no","content":"\\"model\\":\\"no\\""}],"model":"gpt-6-luna","n":1}');
  for (let at = 0; at <= body.byteLength; at += 1) {
    const request = new RequestModel('chat/completions', 'application/json');
    request.push(body.subarray(0, at));
    request.push(body.subarray(at));
    expect(request.model).toBe('gpt-6-luna');
  }
  expect(new RequestModel('v1beta/models/gemini-3.8-flash:generateContent', null).model).toBe('gemini-3.8-flash');
  expect(new RequestModel('v1/messages', 'multipart/form-data').model).toBeNull();
});
