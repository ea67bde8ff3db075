/** What a page is told: the id in its address, `new` for a record that is not there yet, nothing for a list. */
export interface PageProps {
  id: string | undefined;
}
