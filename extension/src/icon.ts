import { LabIcon } from '@jupyterlab/ui-components';

import source from '../style/icons/workbench.svg';

export const workbenchIcon = new LabIcon({ name: 'workbench:icon', svgstr: source });
