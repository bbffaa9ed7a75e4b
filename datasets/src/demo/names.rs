//! Plain first names for synthetic people.

/// First names from many places, none of them taken from a list of real people.
const NAMES: [&str; 120] = [
    "Ada", "Aiko", "Alba", "Alma", "Amara", "Amir", "Ana", "Anders", "Anouk", "Arjun", "Aron", "Astrid",
    "Ayla", "Bao", "Bea", "Ben", "Bianca", "Björn", "Bruno", "Camille", "Carla", "Cem", "Chiara", "Chloé",
    "Clara", "Dalia", "Dario", "David", "Deniz", "Diego", "Dora", "Edda", "Elif", "Elio", "Ella", "Emil",
    "Emma", "Enzo", "Erik", "Esther", "Eva", "Farah", "Felix", "Fiona", "Freya", "Gita", "Greta", "Hana",
    "Hanna", "Hugo", "Ida", "Ilse", "Imani", "Ines", "Iris", "Isak", "Ivan", "Jakob", "Jana", "Jin", "Jonas",
    "José", "Judith", "Jun", "Kaja", "Karim", "Katya", "Kenji", "Kofi", "Lars", "Laila", "Lea", "Leo",
    "Lina", "Linh", "Louis", "Lucía", "Luka", "Mae", "Maja", "Malik", "Marek", "Maria", "Mateo", "Maya",
    "Mei", "Mila", "Mina", "Mira", "Moritz", "Nadia", "Nia", "Nils", "Nina", "Noah", "Noor", "Olga", "Omar",
    "Otto", "Paula", "Pavel", "Petra", "Priya", "Rafael", "Ravi", "Rosa", "Ruth", "Sami", "Sara", "Selma",
    "Sofia", "Sven", "Tara", "Theo", "Tomás", "Uma", "Vera", "Wanda", "Yara", "Zoë",
];

/// The name of the person with this number, from 0: a first name, and from the second round on a letter.
pub(super) fn name(number: usize) -> String {
    // A step that shares no factor with the length visits every name before one comes twice.
    let first = NAMES[number * 7 % NAMES.len()];
    match number / NAMES.len() {
        0 => first.to_owned(),
        round => {
            let letter = char::from(b'A' + u8::try_from((round - 1) % 26).unwrap_or(0));
            format!("{first} {letter}.")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_differ_for_thousands() {
        let mut all: Vec<_> = (0..3_000).map(name).collect();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 3_000);
    }
}
