/** What a build may see and change. */
export interface RoomOptions {
  /** Folder that is /build in the room: the only one that can be written to, but for /tmp. */
  work: string;
  /** Folders of the host that can be read: place in the room to path. */
  readable?: Record<string, string>;
  /** Variables beside those that every build has. */
  env?: Record<string, string>;
}

/** How a program is run in a room. */
export interface Visit {
  /** The command line. */
  argv: string[];
  /** Ends what may be left of it after its process was killed. */
  leave(): Promise<void>;
}
