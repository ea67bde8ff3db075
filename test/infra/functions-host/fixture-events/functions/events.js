// Writes one line per invocation to the file SEEN names, so that a test can read it even when the process was killed.
const { appendFileSync } = require('node:fs');
const { app, output } = require('@azure/functions');

function tell(line) {
  appendFileSync(process.env.SEEN, `${JSON.stringify({ pid: process.pid, ...line })}\n`);
}

function partitionOf(context) {
  return context.triggerMetadata.partitionContext.partitionId;
}

// A body decides what happens: "slow 2000" takes 2 s, "fail" throws each time, "fail 2" throws for retryCount 0 and 1.
async function act(bodies, retryCount) {
  for (const body of bodies) {
    const [, slow] = /^slow ?(\d*)$/.exec(body) ?? [];
    if (slow !== undefined) await new Promise((resolve) => setTimeout(resolve, Number(slow || 800)));
    const [, times] = /^fail ?(\d*)$/.exec(body) ?? [];
    if (times !== undefined && retryCount < Number(times || Infinity)) throw new Error(`told to: ${body}`);
  }
}

const hub = { connection: 'HUB', eventHubName: '%HUB_NAME%', cardinality: 'many', dataType: 'binary' };

if (process.env.HUB) {
  app.eventHub('plain', {
    ...hub,
    handler: async (messages, context) => {
      const bodies = messages.map((message) => message.toString());
      tell({ function: 'plain', partition: partitionOf(context), bodies, retry: context.retryContext });
      await act(bodies, 0);
      tell({ function: 'plain', done: true, partition: partitionOf(context), bodies });
    },
  });
  app.eventHub('retried', {
    ...hub,
    consumerGroup: 'retried',
    retry: { strategy: 'fixedDelay', maxRetryCount: 2, delayInterval: 0 },
    handler: async (messages, context) => {
      const bodies = messages.map((message) => message.toString());
      tell({ function: 'retried', partition: partitionOf(context), bodies, retry: context.retryContext });
      await act(bodies, context.retryContext.retryCount);
    },
  });
}

if (process.env.QUEUES) {
  app.storageQueue('work', {
    connection: 'AzureWebJobsStorage',
    queueName: 'work',
    extraOutputs: [output.storageQueue({ name: 'done', connection: 'AzureWebJobsStorage', queueName: 'done' })],
    handler: async (message, context) => {
      tell({ function: 'work', message, dequeueCount: context.triggerMetadata.dequeueCount });
      await act([message], 0);
      context.extraOutputs.set('done', [{ finished: message }]);
    },
  });
  app.storageQueue('ill', {
    connection: 'AzureWebJobsStorage',
    queueName: 'ill-poison',
    handler: async (message, context) => {
      tell({ function: 'ill', message, dequeueCount: context.triggerMetadata.dequeueCount });
      throw new Error('ill');
    },
  });
}
