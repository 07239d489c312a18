// The report of the sites that only report, beside the store: written by the gateway, read by `coatcheck report`.

import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import type { Observed } from './observed.ts'
import type { Observer } from './observer.ts'

const FORMAT = 1
const INTERVAL = 60_000

export interface ReportFile {
  readonly format: number
  readonly sites: readonly Observed[]
}

/** Writes the report every minute, and when it is closed. */
export class ReportWriter {
  readonly #file: string
  readonly #observers: readonly Observer[]
  readonly #now: () => number
  readonly #onError: (error: unknown) => void
  readonly #timer: NodeJS.Timeout
  /** One write after the other. */
  #writing: Promise<void>

  /** @param before - the last write of another one, which may be to the same file */
  constructor(
    file: string,
    observers: readonly Observer[],
    now: () => number,
    onError: (error: unknown) => void,
    before: Promise<void> = Promise.resolve(),
  ) {
    this.#file = file
    this.#observers = observers
    this.#now = now
    this.#onError = onError
    this.#writing = before
    this.#timer = setInterval(() => void this.write(), INTERVAL)
    this.#timer.unref()
  }

  /** Whether this is what it does. */
  writes(file: string, observers: readonly Observer[]): boolean {
    return (
      file === this.#file &&
      observers.length === this.#observers.length &&
      observers.every((one) => this.#observers.includes(one))
    )
  }

  write(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write()).catch(this.#onError)
    return this.#writing
  }

  /** As a whole or not at all, and for nobody else to read: it tells what a site has. */
  async #write(): Promise<void> {
    const sites = this.#observers.map((observer) => observer.observed(this.#now()))
    const report: ReportFile = { format: FORMAT, sites }
    const beside = `${this.#file}.${process.pid}.tmp`
    try {
      await writeFile(beside, `${JSON.stringify(report)}\n`, { mode: 0o600 })
      await rename(beside, this.#file)
    } catch (error) {
      await rm(beside, { force: true })
      throw error
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.write()
  }
}

/** @throws an Error that says what to do where there is no report */
export async function readReport(file: string): Promise<ReportFile> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOENT') throw new Error(`${file} cannot be read: ${(error as Error).message}`, { cause: error })
    throw new Error(`there is no report in ${file} yet: serve a site with vault: report, for a minute at least`)
  }
  const report = parsed(text)
  if (report?.format !== FORMAT || !Array.isArray(report.sites)) {
    throw new Error(`${file} is no report that this release can read`)
  }
  return report
}

function parsed(text: string): ReportFile | null {
  try {
    return JSON.parse(text) as ReportFile | null
  } catch {
    return null
  }
}
