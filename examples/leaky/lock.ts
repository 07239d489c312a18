/**
 * One request of a session at a time, as Classic ASP, ASP.NET and PHP do it.
 *
 * Who is next is left to chance. That is how it goes on such sites: ASP.NET's waiting requests ask for the lock every
 * half second, PHP's sleep in flock(2). A queue in order of arrival would hide what F3's waiting request shows, that
 * a request which came *before* the sign-in can be served *after* it.
 */
export type Lock = { acquire(): Promise<void>; release(): void }

export function createLock(): Lock {
  let held = false
  const waiting: (() => void)[] = []
  return {
    async acquire() {
      if (held) await new Promise<void>((resume) => waiting.push(resume))
      held = true
    },
    release() {
      const [next] = waiting.splice(Math.floor(Math.random() * waiting.length), 1)
      // The lock passes from hand to hand: between `held = false` and the next turn somebody else could slip in.
      if (next) next()
      else held = false
    },
  }
}
