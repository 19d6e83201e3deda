import { LabIcon } from '@jupyterlab/ui-components';

const svgstr = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="16">
  <g class="jp-icon3" fill="#616161">
    <path d="M3 20h18v1.6H3zM4 4h1.6v14H4z"/>
    <path d="M7 6.2c2 6.8 5 9.6 13 10.2v1.7C11 17.600 7.400 14.300 5.500 6.700z"/>
    <circle cx="10" cy="14.500" r="1.700"/><circle cx="15" cy="9.500" r="1.700"/><circle cx="20" cy="6.500" r="1.700"/>
  </g>
</svg>`;

export const workbenchIcon = new LabIcon({ name: 'jupyter-workbench:icon', svgstr });
