import { storeTests } from '../store-tests.ts'
import { memory } from './memory.ts'

storeTests('memory', () => ({ store: memory() }))
