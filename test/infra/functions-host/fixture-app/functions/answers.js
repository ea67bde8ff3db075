const { app } = require('@azure/functions');

app.http('nothing', { handler: async () => undefined });
app.http('throws', {
  handler: async () => {
    throw new Error('on purpose');
  },
});
app.http('refuses', { handler: async () => ({ status: 422, jsonBody: { reason: 'no' } }) });
app.http('bytes', {
  handler: async () => ({ headers: { 'content-type': 'application/octet-stream' }, body: Buffer.from([0, 255, 128]) }),
});
app.http('cookies', {
  handler: async () => ({
    body: 'ok',
    cookies: [
      { name: 'a', value: 'x y', httpOnly: true, sameSite: 'Lax', maxAge: 60 },
      { name: 'b', value: '2', path: '/api', secure: true },
    ],
  }),
});
app.http('notJson', { methods: ['POST'], handler: async (request) => ({ jsonBody: await request.json() }) });
app.http('forFunctionKey', { authLevel: 'function', handler: async () => ({ body: 'in' }) });
app.http('forMasterKey', { authLevel: 'admin', handler: async () => ({ body: 'in' }) });
app.http('switchedOff', { handler: async () => ({ body: 'never' }) });
app.timer('yearly', { schedule: '0 0 0 1 1 *', handler: async (_, context) => context.log('a year has passed') });
