// Root may open everything: permissions are tried as somebody else.

/** Runs `work`, which may go on in other threads, as the user nobody where this is root. */
export async function asNobody(work: () => Promise<void> | void): Promise<void> {
  const root = process.geteuid?.() === 0
  if (root) process.seteuid?.(65534)
  try {
    await work()
  } finally {
    if (root) process.seteuid?.(0)
  }
}
