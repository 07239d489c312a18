import { aspnet } from './aspnet.ts'
import { productSuite } from './suite.ts'

await productSuite(aspnet)
