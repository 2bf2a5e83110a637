import { testPages } from './pages.js'

testPages(['docs/exploring.md'])
