import { testPages } from './pages.js'

testPages(['docs/ordinary-programs.md'])
