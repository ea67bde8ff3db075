// Every function answers with what it was given, so that the test sees what the host made of a request.
const { app } = require('@azure/functions');

async function tell(request, context) {
  return {
    jsonBody: {
      function: context.functionName,
      method: request.method,
      url: request.url,
      params: request.params,
      query: Object.fromEntries(request.query),
      headers: Object.fromEntries(request.headers),
      body: await request.text(),
    },
  };
}

const every = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD'];

app.http('echo', { methods: every, handler: tell });
app.http('orderByNumber', { methods: ['GET'], route: 'orders/{id:int}', handler: tell });
app.http('orderByGuid', { methods: ['GET'], route: 'orders/{id:guid}', handler: tell });
app.http('orderCreate', { methods: ['POST'], route: 'orders', handler: tell });
app.http('alertClose', {
  methods: ['POST'],
  route: 'data/v9.2/alerts({id:guid})/Microsoft.Dynamics.CRM.CloseAlert',
  handler: tell,
});
app.http('thing', { methods: ['GET'], route: 'things/{kind}/{id?}', handler: tell });
app.http('page', { methods: ['GET'], route: 'pages/{page:int=1}', handler: tell });
app.http('fileByExtension', { methods: ['GET'], route: 'files/{name}.{extension}', handler: tell });
// Sorts after the more particular routes below `tree`, so it gets what they leave.
app.http('treeLeaf', { methods: ['GET'], route: 'tree/leaf', handler: tell });
app.http('treeRest', { methods: ['GET'], route: 'tree/{*rest}', handler: tell });
// Both match /api/either/7: the one whose name sorts first gets it, whatever the order of registration.
app.http('eitherSecond', { methods: ['GET'], route: 'either/{word:minlength(1)}', handler: tell });
app.http('eitherFirst', { methods: ['GET'], route: 'either/{number:int}', handler: tell });
