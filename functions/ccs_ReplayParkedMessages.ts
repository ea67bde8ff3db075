import { app } from '@azure/functions';
import { access, ingestion } from '../shared/composition';
import { idsIn } from '../shared/domain/id-list';
import { calling } from '../shared/odata/action-call';
import { guarded } from '../shared/odata/guarded';
import { inTurns } from '../shared/workflows/in-turns';
import type { IngestDeps } from '../shared/workflows/ingest-events';
import { replayParked } from '../shared/workflows/replay-parked';
import type { Replay } from '../shared/workflows/replay-parked';

const atOnce = 8;

/** Sends parked messages the way they would have gone if they had been understood, and answers what became of each. */
export function replayParkedMessages(dependencies: () => IngestDeps) {
  return calling('ccs_ReplayParkedMessages', async ({ ParkedMessageIds }) => {
    const ids = idsIn('ParkedMessageIds', ParkedMessageIds).map(({ id }) => id);
    const replays = new Map<string, Replay>();
    await inTurns(ids, atOnce, async (id) => void replays.set(id, await replayParked(id, dependencies())));
    const Outcomes = ids.map((id) => ({ ccs_parkedmessageid: id, ...outcomeOf(replays.get(id)!) }));
    const Replayed = Outcomes.filter(({ Outcome }) => Outcome === 'Replayed').length;
    return { values: { Messages: ids.length, Replayed, Outcomes } };
  });
}

function outcomeOf(replay: Replay): { Outcome: string; Alerts: number; Reason: string } {
  switch (replay.kind) {
    case 'replayed':
      return { Outcome: 'Replayed', Alerts: replay.alerts, Reason: `It raised ${replay.alerts} new alerts.` };
    case 'refused':
      return { Outcome: 'Refused', Alerts: 0, Reason: replay.words };
    case 'missing':
      return {
        Outcome: 'Missing',
        Alerts: 0,
        Reason: 'It is not there any more: replayed by somebody else, or deleted.',
      };
  }
}

app.http('ccs_ReplayParkedMessages', {
  route: 'api/data/v9.2/ccs_ReplayParkedMessages',
  methods: ['POST'],
  authLevel: 'anonymous',
  handler: guarded(access, replayParkedMessages(ingestion)),
});
