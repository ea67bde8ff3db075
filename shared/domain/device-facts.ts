/** What is known of an alert's device when its rows are written. */
export interface DeviceFacts {
  id: string;
  account: string | null;
  asset: string | null;
  response: number | null;
  priority: number | null;
}
