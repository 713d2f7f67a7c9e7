import { mount } from 'svelte';
import './theme.css';
import { applyPreferences } from './lib/preferences.svelte';
import DocsPage from './pages/DocsPage.svelte';

applyPreferences();
mount(DocsPage, { target: document.getElementById('page')! });
