import { expect, test } from 'vitest';
import { agentCommands, toolOf } from '../../src/mcp.ts';

test('a tool asks for the words and flags that its command cannot do without', () => {
  const required = Object.fromEntries(
    agentCommands()
      .map(toolOf)
      .map(({ name, inputSchema }) => [name, inputSchema.required]),
  );
  expect(required).toMatchObject({
    reject: ['task', 'reason'],
    task_done: ['result'],
    task_fail: ['reason'],
    task_cancel: ['reason'],
    send: ['agent', 'text'],
    task_submit: [],
  });
});
