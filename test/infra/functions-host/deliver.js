// Runs the host in this process, delivers the batches of argv[3] to the functions and prints how each ended.
const { startFunctionsHost } = require('../../../dist/infra/local/functions-host/functions-host.js');

async function main([root, batches]) {
  const host = await startFunctionsHost({ root, port: 0, log: () => {} });
  for (const [name, events] of JSON.parse(batches)) {
    const given = events.map((event) => ({
      ...event,
      ...(event.bytes && { body: Buffer.from(event.bytes) }),
      ...(event.enqueuedTimeUtc && { enqueuedTimeUtc: new Date(event.enqueuedTimeUtc) }),
    }));
    await host.deliver(name, '3', given).then(
      () => console.log('done'),
      (error) => console.log(error.message),
    );
  }
  await host.stop();
  process.exit(0);
}

void main(process.argv.slice(2));
