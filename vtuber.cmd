@echo off
rem The Windows twin of ./vtuber: sets itself up when something is missing or changed, then runs.
rem   vtuber chat --character mika        vtuber test
rem Needs Python 3.11 to 3.14. Writes inside this folder only (.boot, .venv, .uv-cache).
setlocal EnableExtensions DisableDelayedExpansion
set "here=%~dp0"
set "here=%here:~0,-1%"
set "venv_python=%here%\.venv\Scripts\python.exe"
set "layer="
set "lock=requirements.lock"
if /i "%~1"=="test" set "layer=test"
if defined layer set "lock=requirements-test.lock"

rem The marks that scripts\set_up.py leaves are compared here, without starting a Python.
set "marks=%here%\.venv\.ready"
if not exist "%venv_python%" goto set_up
if not exist "%marks%\path" goto set_up
set "path_there="
set /p path_there=<"%marks%\path"
if /i not "%path_there%"=="%here%" goto set_up
for %%F in (pyproject.toml requirements.lock %lock%) do (
    fc /b "%here%\%%F" "%marks%\%%F" >nul 2>&1 || goto set_up
)
goto run

:set_up
rem A shell completes a word; this is no time to set up.
if "%~1 %~2"=="completion words" exit /b 1
set "test_version=import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))"
set "found="
for %%P in ("py -3" "py -3.14" "py -3.13" "py -3.12" "py -3.11" "python" "python3") do if not defined found (
    %%~P -I -c "%test_version%" >nul 2>&1 && set "found=%%~P"
)
if not defined found (
    echo vtuber: needs Python 3.11 to 3.14, and none was found>&2
    echo hint: install Python, then run this again>&2
    exit /b 1
)
%found% -I "%here%\scripts\set_up.py" %layer% || exit /b 1

:run
if not defined layer (
    "%venv_python%" -P -m vtuber_cli %*
    exit /b
)
rem Everything after the word test goes to pytest, as it was written.
set "rest=%*"
set "rest=%rest:*test=%"
cd /d "%here%"
if not defined rest set "rest=-n 2 --dist loadgroup --no-loadscope-reorder"
"%venv_python%" -P -m pytest %rest%
exit /b
