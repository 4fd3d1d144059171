/* Draws the ground beside the page. */

import { Artist } from "./map_ground_artist.js";
import { serve } from "./map_painter_worker.js";

serve(new Artist());
