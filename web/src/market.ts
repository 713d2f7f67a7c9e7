import { mount } from 'svelte';
import './theme.css';
import { applyPreferences } from './lib/preferences.svelte';
import MarketPage from './pages/MarketPage.svelte';

applyPreferences();
mount(MarketPage, { target: document.getElementById('page')! });
