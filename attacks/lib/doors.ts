/** What F1's attacks share: a tap before the http door, and what its harvest opens behind the https door. */
import type { Outcome } from '../attack.ts'
import type { Target } from '../target.ts'
import { brief, spoils, type Victim } from './people.ts'
import { startTap, type Tap } from './tap.ts'

/** Runs the steps with a tap in front of http: `tapped` is the address that the victim's way to http leads through. */
export async function withTap(
  target: Target,
  steps: (tap: Tap, tapped: string, https: Target) => Promise<Outcome>,
): Promise<Outcome> {
  const door = new URL(target.doors!.http)
  const tap = await startTap({ host: target.address ?? door.hostname, port: Number(door.port) || 80 })
  try {
    const tapped = `http://${door.hostname}:${tap.port}`
    return await steps(tap, tapped, { ...target, url: target.doors!.https })
  } finally {
    await tap.close()
  }
}

/** What the tap is worth. */
export async function harvest(tap: Tap, https: Target, victim: Victim): Promise<Outcome> {
  const tries = tap.cookies()
  for (const cookies of tries) {
    const got = await spoils(https, victim, cookies)
    if (got) return { got: true, evidence: `over https ${got}, to the tapped ${brief(cookies)}` }
  }
  if (tap.text().includes(victim.card)) return { got: true, evidence: 'the card itself crossed the tap' }
  const bytes = tap.text().length
  return {
    got: false,
    evidence: `${tries.length} cookies in the ${bytes} bytes tapped, and none opens anything on https`,
  }
}
