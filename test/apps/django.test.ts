import { django } from './django.ts'
import { productSuite } from './suite.ts'

await productSuite(django)
