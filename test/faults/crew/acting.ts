// An act with a line before it and a line after it.

import { SessionError } from '@coatcheck/session'
import { type Attempt, type Journal, monotonic, type Outcome } from '../journal.ts'

/** What became of an act that rejected, by the code's own promise. Other codes are a surprise. */
const MEANING: Readonly<Record<string, 'no' | 'unknown' | 'gone'>> = {
  ERR_STORE_UNAVAILABLE: 'no',
  ERR_SIGN_IN_REVOKED: 'no',
  ERR_WRITE_UNKNOWN: 'unknown',
  ERR_SESSION_ENDED: 'gone',
}

export async function acting(
  journal: Journal,
  attempt: Omit<Attempt, 'line' | 'n' | 'at'>,
  act: () => Promise<Pick<Outcome, 'token' | 'id'> | undefined>,
): Promise<Outcome['line']> {
  const n = journal.next()
  journal.write({ line: 'try', n, at: monotonic(), ...attempt })
  try {
    const told = await act()
    journal.write({ line: 'ok', n, at: monotonic(), ...told })
    return 'ok'
  } catch (error) {
    const code = error instanceof SessionError ? error.code : ''
    const line = MEANING[code] ?? 'unknown'
    const { message } = error as Error
    journal.write({ line, n, at: monotonic(), error: `${code} ${message}` })
    if (MEANING[code] === undefined) {
      journal.write({ line: 'surprise', at: monotonic(), what: `${attempt.act}: ${code} ${(error as Error).stack}` })
    }
    return line
  }
}
