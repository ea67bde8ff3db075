/** A file of the console as it is sent: its bytes in each encoding that there is. */
export interface PageFile {
  /** Names the content: the same bytes always have the same tag. */
  tag: string;
  type: string;
  bodies: { readonly [E in Encoding]?: Uint8Array } & { identity: Uint8Array };
}

/** Content encodings, the smallest first. */
export const encodings = ['br', 'gzip', 'identity'] as const;
export type Encoding = (typeof encodings)[number];

/** The files that make up the console, by their path below its folder. */
export interface PageFiles {
  /** The file, or undefined when there is none. */
  read(path: string): Promise<PageFile | undefined>;
}
