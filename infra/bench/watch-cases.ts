const newest = 200;
/** Milliseconds that a case may take once everything was sent. */
const patience = 60_000;

/**
 * Asks the Web API for the newest cases again and again. Answers when the case of each device was first seen
 * (milliseconds since 1970); fails when some never were.
 */
export async function watchCases(url: string, wanted: number, isSent: () => boolean): Promise<Map<string, number>> {
  const seen = new Map<string, number>();
  let end = Infinity;
  while (seen.size < wanted || !isSent()) {
    if (Date.now() > end) throw new Error(`${wanted - seen.size} of ${wanted} cases never appeared`);
    const devices = await newestCases(url);
    const at = Date.now();
    for (const device of devices) if (!seen.has(device)) seen.set(device, at);
    if (end === Infinity && isSent()) end = Date.now() + patience;
    await new Promise((wait) => setTimeout(wait, 10));
  }
  return seen;
}

async function newestCases(url: string): Promise<string[]> {
  const answer = await fetch(`${url}/api/data/v9.2/incidents?$select=ccs_groupkey&$top=${newest}`);
  if (!answer.ok) throw new Error(`The cases could not be read: ${answer.status} ${await answer.text()}`);
  const { value } = (await answer.json()) as { value: { ccs_groupkey: string }[] };
  // A group key starts with the device.
  return value.map(({ ccs_groupkey: group }) => group.split(' ')[0]!);
}
