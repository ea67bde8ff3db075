import { alertmanager } from './alertmanager';
import { oursByEvents } from './ours-event';
import { oursOverHttp } from './ours-http';
import { naive, raw } from './rows';
import type { Subject, Surroundings } from './subject';

export type SubjectName = 'ours' | 'alertmanager' | 'naive' | 'raw';
export type Path = 'event' | 'http';

/** Opens who is measured, by the way in. Each is opened in a process of its own, on a storage account that holds nothing. */
export async function openSubject(name: SubjectName, path: Path, surroundings: Surroundings): Promise<Subject> {
  switch (name) {
    case 'ours':
      return path === 'event' ? oursByEvents(surroundings) : oursOverHttp(surroundings);
    case 'alertmanager':
      return alertmanager();
    case 'naive':
      return naive(surroundings);
    case 'raw':
      return raw(surroundings);
  }
}
