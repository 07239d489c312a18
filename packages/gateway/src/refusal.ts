// A request that goes no further: thrown by any stage, answered by the pipeline.

export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number
  /** What the visitor reads. It never holds what he sent. */
  readonly remedy: string
  readonly headers: readonly (readonly [string, string])[]

  constructor(
    status: number,
    title: string,
    remedy: string,
    headers: readonly (readonly [string, string])[] = [],
    options?: ErrorOptions,
  ) {
    super(title, options)
    this.status = status
    this.remedy = remedy
    this.headers = headers
  }
}
