import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';
import { BusyButton } from './busy-button.tsx';

const iris: MantineColorsTuple = [
  '#f3f3ff',
  '#e6e6fe',
  '#cdcdfb',
  '#b1b0f6',
  '#9a98f1',
  '#827fea',
  '#6b67e2',
  '#544fd2',
  '#4f4ac8',
  '#3c388f',
];

const gray: MantineColorsTuple = [
  '#fafafb',
  '#f5f5f7',
  '#ececef',
  '#e2e3e8',
  '#cdcfd6',
  '#a4a8b3',
  '#5f6573',
  '#484d59',
  '#2e323b',
  '#191b21',
];

const dark: MantineColorsTuple = [
  '#eceef2',
  '#c3c7d0',
  '#9aa0ac',
  '#71778a',
  '#363a45',
  '#282b34',
  '#1d2027',
  '#15171c',
  '#101216',
  '#0b0c0f',
];

const sans = "'Inter Variable', -apple-system, BlinkMacSystemFont, 'Segoe UI', 'Noto Sans', Roboto, Helvetica, Arial, sans-serif";

/** Errors in words need more contrast than Mantine's red has. */
export const cssVariablesResolver: CSSVariablesResolver = () => ({
  variables: {},
  light: { '--mantine-color-error': 'var(--tone-red-fg)' },
  dark: { '--mantine-color-error': 'var(--tone-red-fg)' },
});

/** One accent (iris), cool neutrals, 6 px corners and hairlines in place of shadows. Status colours live in styles.css. */
export const theme = createTheme({
  primaryColor: 'iris',
  // Lighter shades fail AA under white text.
  primaryShade: { light: 7, dark: 8 },
  colors: { iris, gray, dark },
  black: '#191b21',
  fontFamily: sans,
  fontFamilyMonospace: "ui-monospace, SFMono-Regular, 'SF Mono', Menlo, Consolas, 'Liberation Mono', monospace",
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.125rem' },
  lineHeights: { xs: '1.4', sm: '1.45', md: '1.5', lg: '1.5', xl: '1.5' },
  headings: {
    fontFamily: sans,
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '1.375rem', lineHeight: '1.3' },
      h2: { fontSize: '1rem', lineHeight: '1.4' },
      h3: { fontSize: '0.875rem', lineHeight: '1.45' },
    },
  },
  defaultRadius: 'md',
  radius: { xs: '3px', sm: '4px', md: '6px', lg: '10px', xl: '16px' },
  cursorType: 'pointer',
  respectReducedMotion: true,
  focusRing: 'auto',
  // Not by `Component.extend`, which would bring each component to every page, the one for signing in too.
  components: {
    Button: { defaultProps: { size: 'sm', component: BusyButton }, styles: { root: { fontWeight: 500 } } },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray', component: BusyButton } },
    Input: { defaultProps: { size: 'sm' } },
    InputWrapper: {
      styles: { label: { fontWeight: 500, marginBottom: 4 }, description: { fontSize: '0.75rem' }, error: { fontSize: '0.75rem' } },
    },
    Paper: { defaultProps: { radius: 'lg', withBorder: true } },
    Alert: { defaultProps: { radius: 'lg' } },
    // Its empty element would stand among the menu's items.
    Menu: { defaultProps: { withInitialFocusPlaceholder: false } },
    Modal: {
      defaultProps: {
        centered: true,
        radius: 'lg',
        overlayProps: { backgroundOpacity: 0.4, blur: 2 },
        closeButtonProps: { 'aria-label': 'Close' },
      },
      styles: { title: { fontWeight: 600 } },
    },
    // Its <header> would be a second banner of the page.
    ModalHeader: { defaultProps: { role: 'presentation' } },
    Notification: { defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } },
    Skeleton: { defaultProps: { radius: 'sm' } },
    Tooltip: { defaultProps: { openDelay: 250, withArrow: false, events: { hover: true, focus: true, touch: true } } },
  },
});
