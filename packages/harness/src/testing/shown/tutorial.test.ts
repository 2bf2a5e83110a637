import { testPages } from './pages.js'

testPages(['docs/tutorial.md'], 500)
