import { productSuite } from './suite.ts'
import { tomcat } from './tomcat.ts'

await productSuite(tomcat)
