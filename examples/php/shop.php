<?php

/** A shop with two people, who find each other and the shop in the messenger on its page. Start: php -S 127.0.0.1:9000 shop.php */

declare(strict_types=1);

require __DIR__ . '/Parlour.php';

// --- What any application has: people with passwords, and who is signed in --------------------------------------------

const PEOPLE = ['mia' => ['Mia Park', 'tea'], 'tom' => ['Tom Weber', 'coffee']];

function is_right(string $who, string $password): bool
{
    return isset(PEOPLE[$who]) && hash_equals(PEOPLE[$who][1], $password);
}

// --- What Parlour needs of it -----------------------------------------------------------------------------------------

$shown_once = json_decode(file_get_contents(getenv('SECRETS') ?: __DIR__ . '/../shop.json'));  // as `parlour app register … --json` printed it
$parlour = new Parlour(
    getenv('PARLOUR') ?: 'http://127.0.0.1:8080',
    $shown_once->id,
    $shown_once->key,
    $shown_once->callback_secret,
    $shown_once->token_secret,
);

$answers = [
    // somebody signs in at Parlour's own page, with the shop's password
    'user.verify' => function (ParlourCall $call): array {
        ['username' => $who, 'password' => $password] = $call->data;
        return ['user' => is_right($who, $password) ? ['id' => $who, 'name' => PEOPLE[$who][0]] : null];
    },
    // whom does $call->data['user'] know? Here: everybody
    'contacts.list' => function (ParlourCall $call): array {
        $users = array_map(fn ($who) => ['id' => $who, 'name' => PEOPLE[$who][0]], array_keys(PEOPLE));
        return ['groups' => [['id' => 'staff', 'name' => 'Staff', 'users' => $users]]];
    },
    // somebody wrote to the shop itself
    'message.created' => fn (ParlourCall $call) => $call->question ? ['text' => 'The shop has read: ' . $call->data['message']['text']] : null,
];

// --- Its pages --------------------------------------------------------------------------------------------------------

function respond(int $status, string $text, string $type = 'text/html; charset=utf-8'): void
{
    http_response_code($status);
    header("Content-Type: $type");
    echo $text;
}

function back(): void
{
    header('Location: /', true, 303);
}

$door = <<<'HTML'
    <!doctype html><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"><title>Shop</title><h1>Shop</h1>
    <form method="post" action="/login"><input name="who" placeholder="mia" required> <input name="password" type="password" placeholder="tea" required> <button>Sign in</button></form>
    HTML;

$page = <<<'HTML'
    <!doctype html><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"><title>Shop</title><h1>Hello, {name}</h1>
    <form method="post" action="/tell"><input type="hidden" name="once" value="{once}">
      Tell <input name="to" placeholder="tom"> <input name="text" placeholder="The tea has come"> <button>Tell</button></form>
    <form method="post" action="/logout"><button onclick="window.Parlour?.stop()">Sign out</button></form>
    {widget}
    HTML;

function widget(Parlour $parlour, string $who): string
{
    try {
        $ticket = $parlour->ticket($who, ['name' => PEOPLE[$who][0]]);
    } catch (ParlourException) {  // while Parlour is away, the page comes without it
        return '';
    }
    return "<script src=\"$parlour->url/widget.js\" data-app=\"$parlour->app\" data-user=\"" . htmlspecialchars($who) . "\" data-ticket=\"$ticket\"></script>";
}

$asked = $_SERVER['REQUEST_METHOD'] . ' ' . parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);

if ($asked === 'POST /parlour') {  // a callback: answered only when it is signed
    [$status, $answer] = $parlour->answer(getallheaders(), file_get_contents('php://input'), $answers);
    respond($status, $answer, 'application/json');
    return;
}

session_start(['cookie_httponly' => true, 'cookie_samesite' => 'Lax', 'use_strict_mode' => true]);
$who = $_SESSION['who'] ?? null;

if ($asked === 'GET /token') {  // for pages and programs that ask again when a token has expired
    $who ? respond(200, $parlour->token($who, ['name' => PEOPLE[$who][0]]), 'text/plain') : respond(401, '');
} elseif ($asked === 'POST /login') {
    if (is_right($_POST['who'] ?? '', $_POST['password'] ?? '')) {
        session_regenerate_id(true);
        $_SESSION['who'] = $_POST['who'];
        back();
    } else {
        respond(401, $door);
    }
} elseif (!$who) {
    respond($asked === 'GET /' ? 200 : 401, $door);
} elseif ($asked === 'GET /') {
    $name = PEOPLE[$who][0];
    respond(200, strtr($page, [
        '{name}' => htmlspecialchars($name),
        '{once}' => bin2hex(random_bytes(16)),
        '{widget}' => widget($parlour, $who),
    ]));
} elseif ($asked === 'POST /tell') {
    $text = $_POST['text'] === '' ? '' : Parlour::plain(PEOPLE[$who][0]) . ' says: ' . Parlour::plain($_POST['text']);
    try {  // a double click sends once, because the page has the key
        $parlour->send('user:' . $_POST['to'], $text, ['topic' => "told/$who"], $_POST['once']);
        back();
    } catch (ParlourException $error) {
        respond(502, "{$error->getCode()} {$error->field}: {$error->getMessage()}", 'text/plain');
    }
} elseif ($asked === 'POST /logout') {
    session_destroy();
    back();
} else {
    respond(404, '');
}
