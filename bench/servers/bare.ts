// The same bytes without a session: whoever asks is the one who signed in last.

import { serve } from './serve.ts'
import { type Member, show, signInOf } from './work.ts'

let member: Member | null = null

serve((req, res) => {
  member = signInOf(req) ?? member
  show(res, member?.user, member?.counter)
})
