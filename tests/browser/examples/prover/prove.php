<?php

/** Asks Parlour.php about callbacks: JSON lines in, a verdict for each out. Word: the path of Parlour.php. */

declare(strict_types=1);

require $argv[1];

while (($line = fgets(STDIN)) !== false) {
    $case = json_decode($line, true);
    try {
        $parlour = new Parlour($case['url'] ?? 'http://x', 'oa', '', $case['secret'] ?? '');
        echo isset($case['url']) ? $parlour->ticket('x') : 'good ' . $parlour->verify($case['headers'], $case['body'], $case['now'] ?? null)->type;
        echo "\n";
    } catch (ParlourException $error) {
        echo $error->getCode() . "\n";
    }
}
