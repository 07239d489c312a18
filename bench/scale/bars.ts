// What is promised for a million sessions.

/** Microseconds: the 99th percentile of a lookup. */
export const LOOKUP = 50
/** Megabytes of a process that serves. */
export const MEMORY = 200
/** Milliseconds that nothing may hold up the loop. */
export const HOLDS_UP = 5
/** Milliseconds in which 10,000 sessions of one user are ended. */
export const ENDS = 1000
/** Bytes of a tombstone. */
export const TOMBSTONE = 128
/** Milliseconds: import of the library, and until the gateway answers. */
export const IMPORT = 15
export const READY = 300
