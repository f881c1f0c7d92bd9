// What a scripted agent makes of a person's words.

export async function talk(me, text, goOn) {
  await me.think('Listening', 500);
  if (/\b(go on|continue|carry on|resume|weiter)\b/i.test(text)) return goOn(me);
  if (/what|status|doing|how/i.test(text)) return me.say(await doing(me));
  if (/\b(thanks?|thank you|danke)\b/i.test(text)) return me.say('You are welcome.');
  if (/^\W*(hi|hello|hey|hallo)\b/i.test(text))
    return me.say(`Hello, I am ${me.name}. Ask me what I am doing.`);
  const first = text.trim().split('\n')[0].slice(0, 60);
  return me.say(
    `You said “${first}”. I follow a script and have no model, so I leave it at that: ask me what I am doing, or tell me to go on.`,
  );
}

async function doing(me) {
  const tasks = (await me.look('task', 'list').catch(() => [])).filter((task) => task.agent === me.name);
  if (tasks.length === 0) return 'Nothing is open for me; I wait for an assignment.';
  return `I have ${tasks.map((task) => `${task.id} “${task.title}” (${task.status})`).join(', ')}.`;
}
