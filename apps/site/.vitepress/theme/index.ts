/** VitePress's own theme with the fonts of the system: nothing to load, and Hong Kong's characters as readers have them. */
import DefaultTheme from 'vitepress/theme-without-fonts';
import './style.css';

export default DefaultTheme;
