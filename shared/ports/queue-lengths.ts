/** How much waits in queues. */
export interface QueueLengths {
  /** About how many messages a queue holds, those being worked on included; 0 when there is no such queue. */
  length(queue: string): Promise<number>;
}
