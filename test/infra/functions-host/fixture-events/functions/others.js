const { appendFileSync } = require('node:fs');
const { app } = require('@azure/functions');

function tell(line) {
  if (process.env.SEEN) appendFileSync(process.env.SEEN, `${JSON.stringify({ pid: process.pid, ...line })}\n`);
}

app.http('hello', { handler: async () => ({ body: 'hello' }) });
app.http('slow', {
  handler: async () => {
    await new Promise((resolve) => setTimeout(resolve, 700));
    return { body: 'done' };
  },
});
app.timer('tick', {
  schedule: '%TICK%',
  runOnStartup: true,
  handler: async (timer) => {
    tell({ function: 'tick', started: Date.now(), timer });
    await new Promise((resolve) => setTimeout(resolve, 1050));
    tell({ function: 'tick', ended: Date.now() });
  },
});

app.hook.appStart(() => tell({ hook: 'appStart' }));
app.hook.appTerminate(() => tell({ hook: 'appTerminate' }));
app.hook.preInvocation(({ invocationContext }) =>
  tell({ hook: 'preInvocation', function: invocationContext.functionName }),
);
app.hook.postInvocation(({ invocationContext }) =>
  tell({ hook: 'postInvocation', function: invocationContext.functionName }),
);
