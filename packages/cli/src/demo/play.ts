// The demo as a whole: who plays what, in which order, and what came of it.

import type { LeakyOptions } from '../../../../examples/leaky/options.ts'
import type { DemoOptions } from '../demo.ts'
import { cached } from './act-cached.ts'
import { clear } from './act-clear.ts'
import { exposed } from './act-exposed.ts'
import { fixed } from './act-fixed.ts'
import { replayed } from './act-replayed.ts'
import { byKey, Left, type Pace, withoutStop } from './pace.ts'
import { Paper } from './paper.ts'
import { type Act, Scene } from './script.ts'
import { Stage } from './stage.ts'

const acts: readonly Act[] = [clear, cached, fixed, replayed, exposed]

interface Played {
  readonly guarded: boolean
  readonly got: boolean
  /** For the table; null where the story broke off. */
  readonly said: string | null
  readonly asTold: boolean
}

/** @param mended - tests switch faults of the shop off, to see that the demo does not tell its story all the same */
export async function play(
  { only, terminal, output }: DemoOptions,
  mended: Partial<LeakyOptions> = {},
): Promise<number> {
  const paper = new Paper(output)
  const pace = terminal === undefined ? withoutStop : byKey(terminal, output)
  const rows: [Act, Played[]][] = []
  opening(paper)
  try {
    for (const act of acts.filter(({ failure }) => only === undefined || only.includes(failure))) {
      opened(paper, act)
      const played: Played[] = []
      rows.push([act, played])
      for (const guarded of [false, true]) played.push(await playOnce(act, new Stage(guarded, mended), paper, pace))
    }
  } catch (error) {
    if (!(error instanceof Left)) throw error
    paper.line()
    if (error.interrupted) return 130
    return rows.every(([, played]) => played.every(({ asTold }) => asTold)) ? 0 : 1
  }
  return closing(paper, rows)
}

async function playOnce(act: Act, onStage: Stage, paper: Paper, pace: Pace): Promise<Played> {
  await using stage = onStage
  const { guarded } = stage
  const way = guarded ? [...act.way.slice(0, -1), 'coatcheck', ...act.way.slice(-1)] : act.way
  paper.line()
  paper.rule('─', guarded ? 'with coatcheck' : 'without coatcheck', way.join(' → '), 'cyan')
  const scene = new Scene(stage, paper, pace)
  try {
    const said = await act.play(scene)
    return { guarded, got: scene.got, said, asTold: scene.unexpected === 0 && scene.got !== guarded }
  } catch (error) {
    if (error instanceof Left) throw error
    paper.text(`The story breaks off: ${(error as Error).message}`, { lead: '   ! ', ink: ['bold', 'yellow'] })
    return { guarded, got: scene.got, said: null, asTold: false }
  }
}

function opening(paper: Paper): void {
  paper.line()
  paper.text(
    'Five failures of web sites, told by the documents that describe them, and played now on this machine: first ' +
      'against a small shop, then against the same shop behind coatcheck.',
  )
  paper.line()
  paper.text('→ request   ← answer   ✗ the attacker gets it   ✓ he does not   … shortened', { ink: 'dim' })
}

function opened(paper: Paper, { failure, name, source, about }: Act): void {
  paper.line()
  paper.line()
  paper.rule('━', `${failure} ${name}`, source, 'bold')
  paper.text(about)
}

function closing(paper: Paper, rows: readonly [Act, readonly Played[]][]): number {
  paper.line()
  paper.line()
  if (paper.width < WIDEST) stacked(paper, rows)
  else sideBySide(paper, rows)
  paper.line()
  const odd = rows.flatMap(([{ failure }, played]) =>
    played.filter(({ asTold }) => !asTold).map(({ guarded }) => `${failure} with${guarded ? '' : 'out'} coatcheck`),
  )
  if (odd.length > 0) {
    paper.text(`Not as told: ${odd.join(', ')}. Look for the "!" above.`, { ink: ['bold', 'yellow'] })
    return 1
  }
  paper.line('Try next')
  paper.line('  npm start                     the shop behind coatcheck, in your browser')
  paper.line('  npm start -- --upstream URL   an application of yours behind coatcheck')
  paper.line('  npm run attacks               all the attacks, and on ASP.NET')
  return 0
}

function sideBySide(paper: Paper, rows: readonly [Act, readonly Played[]][]): void {
  paper.line(columns('failure', '  without coatcheck', '  with coatcheck'), 'bold')
  paper.line(columns('─'.repeat(11), '─'.repeat(32), '─'.repeat(32)))
  for (const [{ failure, name }, [alone, guarded]] of rows) {
    paper.line(columns(`${failure} ${name}`, cell(alone!), cell(guarded!)))
  }
}

/** Of the table above. */
const WIDEST = 79

function stacked(paper: Paper, rows: readonly [Act, readonly Played[]][]): void {
  for (const [{ failure, name }, [alone, guarded]] of rows) {
    paper.line(`${failure} ${name}`, 'bold')
    paper.text(cell(alone!), { lead: '  without  ' })
    paper.text(cell(guarded!), { lead: '  with     ' })
  }
}

function cell({ got, said, asTold }: Played): string {
  if (said === null) return '! the story broke off'
  return `${asTold ? (got ? '✗' : '✓') : '!'} ${said}`
}

function columns(first: string, second: string, third: string): string {
  return `${first.padEnd(11)}  ${second.padEnd(32)}  ${third}`.trimEnd()
}
