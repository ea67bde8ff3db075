import { ProgressBar, makeStyles, tokens } from '@fluentui/react-components';
import { useEffect, useRef, useState } from 'react';
import type { EntityRecord } from '../../shared/model/entities';
import { useApi } from '../app/service';
import { useInterval } from '../parts/use-interval';

const useStyles = makeStyles({
  jobs: { flexBasis: '100%', display: 'grid', gap: '8px', padding: '8px', color: tokens.colorNeutralForeground1 },
  words: { fontSize: tokens.fontSizeBase200 },
});

type Job = EntityRecord<'ccs_devicejob'>;

const select = ['ccs_devicejobid', 'ccs_name', 'ccs_total', 'ccs_finished', 'ccs_failed'];
const askEvery = 2000;

/**
 * How far the jobs over many devices are. It is the service that counts, so the bar is right after a reload, and for what
 * somebody else began.
 */
export function RunningJobs({ onFinished }: { onFinished: () => void }) {
  const api = useApi();
  const styles = useStyles();
  const [jobs, setJobs] = useState<readonly Job[]>([]);
  const before = useRef(0);
  const ask = () =>
    void api.list('ccs_devicejob', { select, filter: 'statecode eq 0', top: 10 }).then(
      ({ records: running }) => {
        if (running.length < before.current) onFinished();
        before.current = running.length;
        setJobs(running);
      },
      () => undefined, // the bar above the page says that the service is away; the next question comes soon
    );
  const first = useRef(ask);
  useEffect(() => first.current(), []);
  useInterval(ask, askEvery);
  if (jobs.length === 0) return null;
  return (
    <div className={styles.jobs}>
      {jobs.map((job) => (
        <JobBar key={job.ccs_devicejobid} job={job} />
      ))}
    </div>
  );
}

function JobBar({
  job: { ccs_name: name, ccs_total: total, ccs_finished: finished, ccs_failed: failed },
}: {
  job: Job;
}) {
  const styles = useStyles();
  const done = finished ?? 0; // failed ones included
  const words = `${name ?? 'Job'}: ${done} of ${total ?? 0} done${failed ? `, ${failed} failed` : ''}`;
  return (
    <div className={styles.words}>
      {words}
      <ProgressBar aria-label={words} value={total ? done / total : 0} />
    </div>
  );
}
