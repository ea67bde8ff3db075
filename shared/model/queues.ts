/** The queues that work waits in. What fails five times is put aside by the Functions host, in the queue with `-poison` behind its name. */
export const queues = ['commands', 'devicedata', 'registrations', 'twins'] as const;

export type QueueName = (typeof queues)[number];
